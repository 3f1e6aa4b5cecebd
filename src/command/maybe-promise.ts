// Values that may be there at once. A command that waits for nothing is answered in the same breath: each turn of a
// promise costs as much as a small command itself.

/** Goes on with the value, at once where it is no promise. */
export function mapMaybePromise<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}
