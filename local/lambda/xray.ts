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

/** Traces kept; the oldest go first. */
const MAX_TRACES = 10_000;

/** The X-Ray daemon: collects segment documents from a UDP socket and forwards nothing. */
export class XRayDaemon {
  private readonly traces = new Map<string, Segment[]>();
  private socket?: Socket;

  public constructor(private readonly journal: Journal) {}

  /** Listens on loopback; gives the `host:port` for AWS_XRAY_DAEMON_ADDRESS. */
  public async start(port = 0): Promise<string> {
    const socket = createSocket('udp4', (datagram) => this.receive(datagram.toString('utf8')));
    this.socket = socket;
    await new Promise<void>((resolve, reject) => socket.once('error', reject).bind(port, '127.0.0.1', resolve));
    return `127.0.0.1:${socket.address().port}`;
  }

  /** The documents of a trace, in order of their start. */
  public segments(traceId: string): readonly Segment[] {
    return [...(this.traces.get(traceId) ?? [])].sort((a, b) => a.start_time - b.start_time);
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
      this.keep(segment);
      this.journal.record('xray', 'SegmentReceived', { segment }, segment.trace_id);
    } catch (error) {
      this.journal.record('xray', 'SegmentRefused', { reason: String(error), datagram });
    }
  }

  /** A document with a known id replaces it: segments in progress are sent again when complete. */
  private keep(segment: Segment): void {
    const known = this.traces.get(segment.trace_id) ?? [];
    this.traces.set(segment.trace_id, [...known.filter(({ id }) => id !== segment.id), segment]);
    if (this.traces.size > MAX_TRACES) this.traces.delete(this.traces.keys().next().value!);
  }
}
