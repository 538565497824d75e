// Servers that take turns in short rounds, for differences that are smaller than the noise of a busy machine.

/** Operations per CPU second, by round and then by server. The first server of each round is another one each time. */
export const inTurns = async ({ servers, operation, rounds, seconds, load }) => {
  const rates = [];
  for (const server of servers) await load.measure(server, { operation, warmUp: 2, seconds: 0.5 });
  for (let round = 0; round < rounds; round += 1) {
    const rate = [];
    for (let turn = 0; turn < servers.length; turn += 1) {
      const place = (turn + round) % servers.length;
      const measured = await load.measure(servers[place], { operation, warmUp: 0.1, seconds });
      rate[place] = measured.perCpuSecond;
    }
    rates.push(rate);
  }
  return rates;
};

/** Of the rounds' ratios to the first server: the median, and the quartiles. */
export const ratioToFirst = (rates, server) => {
  const ratios = rates.map((round) => round[server] / round[0]).toSorted((one, other) => one - other);
  const [low, middle, high] = [1, 2, 3].map((quarter) => ratios[(ratios.length * quarter) >> 2].toFixed(2));
  return server === 0 ? '1' : `${middle} (${low} to ${high})`;
};
