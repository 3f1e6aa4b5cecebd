// Where the path of a request sends a command without `service`.

/** `agent`: the agent itself. `unknown`: the path names no configured service, perhaps by a typing mistake. */
export type PathTarget =
  | { readonly kind: 'agent' }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'unknown' }
