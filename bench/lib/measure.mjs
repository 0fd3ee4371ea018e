// Ratios that hold on a machine whose speed drifts: variants take turns within every round.

/** Runs every variant once per round, each round in another order, and keeps what each measured. */
export async function alternate(variants, { rounds, warmups = 1 }) {
  const names = Object.keys(variants);
  const measured = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmups; round < rounds; round += 1) {
    const shift = ((round % names.length) + names.length) % names.length;
    for (const name of [...names.slice(shift), ...names.slice(0, shift)]) {
      const value = await variants[name]();
      if (round >= 0) measured[name].push(value);
    }
  }
  return measured;
}

/** Median and quartiles of the ratio a/b, pair by pair. */
export function ratio(a, b) {
  const pairs = a.map((value, index) => value / b[index]);
  return { median: quantile(pairs, 0.5), low: quantile(pairs, 0.25), high: quantile(pairs, 0.75), rounds: pairs.length };
}

export function median(values) {
  return quantile(values, 0.5);
}

export function quantile(values, share) {
  const sorted = [...values].sort((x, y) => x - y);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at));
}

/** What `key` of each measurement was. */
export function each(measurements, key) {
  return measurements.map((measurement) => measurement[key]);
}
