// A store's backend cannot be reached, or did not answer in time.

/** What a store rejects with when its backend is away; whoever asked may try again. Anything else it throws is a defect. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';

  /** `backend` names the kind of store, such as `postgres`; never an address or an account. */
  constructor(backend: string, cause: unknown) {
    super(`The ${backend} store does not answer.`, { cause });
  }
}
