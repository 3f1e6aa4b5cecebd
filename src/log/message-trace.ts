// The part of the message table that shows what the agent does step by step, for troubleshooting.

export const traceMessages = {
  DCTL_INIT_PROCESS: { severity: 'DEBUG', debugLevel: 0, logger: 'dctl', text: '{name} prepares its start' },
  DCTL_RUN_PROCESS: { severity: 'DEBUG', debugLevel: 0, logger: 'dctl', text: '{name} serves until it is stopped' },
  DCTL_CONFIG_START: {
    severity: 'DEBUG',
    debugLevel: 10,
    logger: 'dctl',
    text: 'configuration to be put in force: {configuration}',
    longest: 65_536,
  },
  CTRL_AGENT_RUN_EXIT: { severity: 'DEBUG', debugLevel: 0, logger: 'ctrl-agent', text: 'serves no more' },
  COMMAND_REGISTERED: { severity: 'DEBUG', debugLevel: 10, logger: 'commands', text: 'command {command} registered' },
  COMMAND_DEREGISTERED: {
    severity: 'DEBUG',
    debugLevel: 10,
    logger: 'commands',
    text: 'command {command} is registered no more',
  },
  HTTP_CONNECTION_HANDSHAKE_START: {
    severity: 'DEBUG',
    debugLevel: 50,
    logger: 'http',
    text: 'TLS handshake with {remote-address} begins',
  },
  HTTP_REQUEST_RECEIVE_START: {
    severity: 'DEBUG',
    debugLevel: 50,
    logger: 'http',
    text: 'waiting for a request from {remote-address}',
  },
  HTTPS_REQUEST_RECEIVE_START: {
    severity: 'DEBUG',
    debugLevel: 50,
    logger: 'http',
    text: 'waiting for a request over TLS from {remote-address}',
  },
  HTTP_DATA_RECEIVED: {
    severity: 'DEBUG',
    debugLevel: 55,
    logger: 'http',
    text: '{bytes} bytes of a body received from {remote-address}',
  },
  HTTP_CLIENT_REQUEST_RECEIVED_DETAILS: {
    severity: 'DEBUG',
    debugLevel: 45,
    logger: 'http',
    text: 'request from {remote-address}: {message}',
  },
  HTTP_BAD_CLIENT_REQUEST_RECEIVED_DETAILS: {
    severity: 'DEBUG',
    debugLevel: 45,
    logger: 'http',
    text: 'bad request from {remote-address}: {message}',
  },
  HTTP_SERVER_RESPONSE_SEND: {
    severity: 'DEBUG',
    debugLevel: 40,
    logger: 'http',
    text: 'answer {status} with {bytes} bytes to {remote-address}',
  },
  HTTP_SERVER_RESPONSE_SEND_DETAILS: {
    severity: 'DEBUG',
    debugLevel: 45,
    logger: 'http',
    text: 'answer to {remote-address}: {message}',
  },
  HTTP_CONNECTION_SHUTDOWN: {
    severity: 'DEBUG',
    debugLevel: 40,
    logger: 'http',
    text: 'ending the connection of {remote-address}',
  },
  HTTP_CONNECTION_STOP: {
    severity: 'DEBUG',
    debugLevel: 40,
    logger: 'http',
    text: 'connection of {remote-address} is closed',
  },
} as const
