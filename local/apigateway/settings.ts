import { MethodSetting, Stage } from './model';
import { Route } from './routes';

/** The settings of a method: its own, else those of its path, else those of the stage. */
export function settingsOf(stage: Stage, { resource, method }: Route): Pick<MethodSetting, 'rateLimit' | 'burstLimit' | 'detailedMetrics'> {
  const matching = stage.settings
    .filter(({ path, httpMethod }) => (path === '*' || path === resource.path) && (httpMethod === '*' || httpMethod === method.httpMethod))
    .sort((a, b) => specificity(b) - specificity(a));
  return {
    rateLimit: matching.find(({ rateLimit }) => rateLimit !== undefined)?.rateLimit,
    burstLimit: matching.find(({ burstLimit }) => burstLimit !== undefined)?.burstLimit,
    detailedMetrics: matching[0]?.detailedMetrics ?? false,
  };
}

function specificity({ path, httpMethod }: MethodSetting): number {
  return (path === '*' ? 0 : 2) + (httpMethod === '*' ? 0 : 1);
}
