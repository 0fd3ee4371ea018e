// What the benchmarks run of the local runner.
export { DynamoDb } from '../../local/dynamodb';
export { RunnerClock } from '../../local/kernel/clock';
export { Journal } from '../../local/kernel/journal';
export { Metrics } from '../../local/kernel/metrics';
