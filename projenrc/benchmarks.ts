import { awscdk, Component } from 'projen';

/** `npm run bench`: what the package costs in time, memory and money, each against a floor or a peer in the same run. */
export class Benchmarks extends Component {
  public constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    const bench = project.addTask('bench', {
      description: 'Measure against floors and peers; with --write into docs/performance.md, with names only those',
    });
    bench.spawn(project.tasks.tryFind('bundle')!);
    bench.exec('node bench/run.mjs', { receiveArgs: true });
  }
}
