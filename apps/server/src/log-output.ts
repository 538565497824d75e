// Writes log lines to a stream that may fail: a full disk, a pipe whose reader has exited or hangs. The server keeps running.
// Lines that cannot be written are dropped and counted, and the log says so as soon as it can be written again.
import type { Writable } from 'node:stream';

export interface LostLines {
  readonly lines: number;
  /** Why the last of these lines could not be written: an error code of the system, or `slow reader`. */
  readonly reason: string;
}

/** Maximum bytes that wait for a reader. Further lines are dropped, because they would fill the memory. */
const mostWaiting = 4 * 1024 * 1024;

/** Failures after which a file may contain part of a line. The next line then starts with a line feed. */
const cutLines: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

/** Milliseconds between attempts to write again while nothing else is logged. */
const retryInterval = 1000;

export class LogOutput {
  readonly #stream: Writable;
  readonly #notice: (lost: LostLines) => string;
  #dropped = 0;
  /** Dropped lines that the log does not mention yet. */
  #unreported = 0;
  #reason = '';
  #isReporting = false;
  #retry: NodeJS.Timeout | undefined;

  /** `notice` makes the line, with its line feed, that reports lost lines. */
  constructor(stream: Writable, notice: (lost: LostLines) => string) {
    this.#stream = stream;
    this.#notice = notice;
    // The callbacks below see every error. Without a listener it would end the process.
    stream.on('error', () => undefined);
  }

  /** Lines dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** One line, complete with its line feed. Never throws. */
  write(line: string): void {
    if (this.#stream.writableLength > mostWaiting) this.#drop('slow reader');
    else if (this.#unreported > 0 && !this.#isReporting) this.#report(line);
    else this.#stream.write(line, this.#written);
  }

  readonly #written = (error?: Error | null): void => {
    if (error) this.#drop(reasonOf(error));
  };

  /** Written together with the line that follows, so that either both arrive or neither does. */
  #report(line: string): void {
    const lines = this.#unreported;
    this.#isReporting = true;
    const start = cutLines.has(this.#reason) ? '\n' : '';
    const notice = this.#notice({ lines, reason: this.#reason });
    this.#stream.write(start + notice + line, (error) => {
      this.#isReporting = false;
      if (!error) {
        this.#unreported -= lines;
        return;
      }
      if (line === '') this.#retryLater();
      else this.#drop(reasonOf(error));
    });
  }

  #drop(reason: string): void {
    this.#dropped += 1;
    this.#unreported += 1;
    this.#reason = reason;
    this.#retryLater();
  }

  #retryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      if (this.#unreported === 0 || this.#isReporting) return;
      if (this.#stream.writableLength > mostWaiting) this.#retryLater();
      else this.#report('');
    }, retryInterval).unref();
  }
}

const reasonOf = (error: Error): string => ('code' in error ? String(error.code) : error.message);
