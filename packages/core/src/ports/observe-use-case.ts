// Puts a span around every use case, for traces. Wrapping happens once, when the provider is made, so that use cases cost
// nothing extra without it.

/** Returns a function that does the same as `run`. `name` has the form `tokens.runGrant`. */
export type ObserveUseCase = <Run extends (...parameters: never[]) => unknown>(name: string, run: Run) => Run;
