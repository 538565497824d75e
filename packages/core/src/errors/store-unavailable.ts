// A store's backend cannot be reached, or did not answer in time.

/** A store rejects with this when its backend is unavailable. The caller may retry. Any other error is a bug. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';

  /** `backend` names the kind of store, such as `postgres`; never an address or an account. */
  constructor(backend: string, cause: unknown) {
    super(`The ${backend} store does not answer.`, { cause });
  }
}
