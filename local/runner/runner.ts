import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { Assembly, readAssembly, resolveStacks } from '../assembly';
import { consoleControl } from '../console/console';
import { control } from '../control/control';
import { RunnerClock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Resource } from '../kernel/resource';
import { XRayDaemon } from '../lambda/xray';
import { claimDirectory } from './data-directory';
import { refuseExisting } from './existing';
import { loadResources } from './loaders';
import { keepState } from './persistence';
import { Control, router } from './router';
import { createServices, pendingWork, Services, stopServices } from './services';
import { holdsSystem, System, systemsIn, withoutSystem } from './systems';

export interface RunnerOptions {
  /** Cloud assembly, the folder `cdk synth` writes. */
  readonly app: string;
  /** 0 takes a free port. */
  readonly port?: number;
  /** Where state survives a restart; in memory without it. */
  readonly data?: string;
  /** Where a fraud model of the user's own listens on this machine, for models that do not run here. */
  readonly modelEndpoint?: string;
}

interface RunOptions {
  readonly port: number;
  readonly directory?: string;
  readonly modelEndpoint?: string;
  /** Gives the directory back. */
  readonly release: () => void;
}

const HOST = '127.0.0.1';

/** A synthesized app at work on this machine. */
export class Runner {
  public static async start({ app, port = 0, data, modelEndpoint }: RunnerOptions): Promise<Runner> {
    const assembly = readAssembly(app);
    const stacks = assembly.stacks.filter(holdsSystem).map(({ name }) => name);
    if (stacks.length === 0) throw new Error(withoutSystem(app, assembly.stacks));

    const directory = data === undefined ? undefined : resolve(data);
    const release = directory === undefined ? () => undefined : claimDirectory(directory);
    try {
      return await Runner.run(assembly, stacks, { port, directory, modelEndpoint, release });
    } catch (error) {
      release();
      throw error;
    }
  }

  private static async run(assembly: Assembly, stacks: readonly string[], { port, directory, modelEndpoint, release }: RunOptions): Promise<Runner> {
    const clock = new RunnerClock();
    const journal = new Journal(clock);
    const xray = new XRayDaemon(journal);
    // A connection closed for idleness in the moment it is used again is an error to its client.
    const server = createServer({ keepAliveTimeout: 0 });
    await listen(server, port);
    const url = `http://${HOST}:${(server.address() as AddressInfo).port}`;
    const services = createServices({ clock, endpoint: url, directory, modelEndpoint, xrayAddress: await xray.start() }, journal, xray);
    try {
      const { resources } = resolveStacks(assembly, { stacks, endpoint: url });
      refuseExisting(resources);
      const endState = directory === undefined ? () => undefined : keepState(services, directory);
      const unsupported = await loadResources(resources, services, assembly);
      const runner = new Runner(url, stacks, services, resources, systemsIn(resources), unsupported, server, () => {
        endState();
        release();
      });
      const handle = router(services, firstOf(consoleControl(runner), control(runner)));
      server.on('request', (request, response) => void handle(request, response));
      return runner;
    } catch (error) {
      server.close();
      await stopServices(services);
      clock.stop();
      throw error;
    }
  }

  private constructor(
    public readonly url: string,
    public readonly stacks: readonly string[],
    public readonly services: Services,
    public readonly resources: readonly Resource[],
    public readonly systems: readonly System[],
    /** Resources of the stacks that do not run here. */
    public readonly unsupported: readonly Resource[],
    private readonly server: Server,
    private readonly endState: () => void,
  ) {}

  /** URL a sender posts to. */
  public endpointUrl(system: System, endpoint?: string): string {
    const base = this.systems.length === 1 ? this.url : `${this.url}/_api/${system.apiId}/${system.stage}`;
    return endpoint === undefined ? `${base}/webhook` : `${base}/webhook/${endpoint}`;
  }

  /** Resolves once nothing is under way any more; rejects when that takes longer than `timeoutMs`. */
  public async settled(timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    // Work is handed on within a turn of the event loop, so two quiet looks in a row mean rest.
    for (let quiet = 0; quiet < 2;) {
      const busy = Object.entries(pendingWork(this.services)).filter(([, count]) => count > 0);
      quiet = busy.length === 0 ? quiet + 1 : 0;
      if (Date.now() > deadline) throw new Error(`Still busy after ${timeoutMs} ms: ${busy.map(([name, count]) => `${name} ${count}`).join(', ')}`);
      await new Promise((resume) => setTimeout(resume, 10));
    }
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resume) => this.server.close(resume));
    await stopServices(this.services);
    this.endState();
    (this.services.clock as RunnerClock).stop();
  }
}

/** The first that knows an answer. */
function firstOf(...controls: readonly Control[]): Control {
  return async (request) => {
    for (const answer of controls) {
      const response = await answer(request);
      if (response) return response;
    }
    return undefined;
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resume, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE'
      ? new Error(`Port ${port} is in use: choose another with --port, or 0 for any free one`)
      : error));
    server.listen(port, HOST, resume);
  });
}
