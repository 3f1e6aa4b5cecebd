// Stands in for `node:http2` where the parts of a start are joined (`build:join`): Fastify loads that whether or not a
// server is to speak HTTP/2, and loading takes a thirtieth of a start and a mebibyte. No server of keagate does.

export function createServer(): never {
  throw new Error('keagate is built without HTTP/2')
}

export const createSecureServer = createServer
