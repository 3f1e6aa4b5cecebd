// What the path of a request says of where a command without `service` goes.

/** `agent`: to the agent itself. `unknown`: to no service that is configured, so perhaps by a typing mistake. */
export type PathTarget =
  | { readonly kind: 'agent' }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'unknown' }
