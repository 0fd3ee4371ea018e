import { createSocket, Socket } from 'node:dgram';
import { Journal } from '../kernel/journal';

/** A segment or subsegment document, as the X-Ray SDKs send it. */
export interface Segment {
  readonly id: string;
  readonly trace_id: string;
  readonly parent_id?: string;
  readonly name: string;
  readonly start_time: number;
  readonly end_time?: number;
  readonly [field: string]: unknown;
}

/** The X-Ray daemon: writes the segment documents it receives into the journal and forwards nothing. */
export class XRayDaemon {
  private socket?: Socket;

  public constructor(private readonly journal: Journal) {}

  /** Listens on loopback; gives the `host:port` for AWS_XRAY_DAEMON_ADDRESS. */
  public async start(port = 0): Promise<string> {
    const socket = createSocket('udp4', (datagram) => this.receive(datagram.toString('utf8')));
    this.socket = socket;
    await new Promise<void>((resolve, reject) => socket.once('error', reject).bind(port, '127.0.0.1', resolve));
    return `127.0.0.1:${socket.address().port}`;
  }

  public stop(): void {
    this.socket?.close();
    this.socket = undefined;
  }

  /** A datagram is a line that names the format, then the document. */
  private receive(datagram: string): void {
    try {
      const segment = JSON.parse(datagram.slice(datagram.indexOf('\n') + 1)) as Segment;
      if (typeof segment.trace_id !== 'string' || typeof segment.id !== 'string') throw new Error('a segment needs a trace_id and an id');
      this.journal.record('xray', 'SegmentReceived', { segment }, segment.trace_id);
    } catch (error) {
      this.journal.record('xray', 'SegmentRefused', { reason: String(error), datagram });
    }
  }
}
