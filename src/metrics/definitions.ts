// The table of every metric: its type, its help text and its labels. Names and units follow Prometheus: seconds, bytes,
// `_total` at the end of a counter. docs/monitoring.md lists the same metrics; a test compares the two.

export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly help: string
  readonly labels: readonly string[]
  /** Of a histogram: the upper ends of its buckets. */
  readonly buckets?: readonly number[]
  /** How many series the metric may have, 200 unless given. Further sets of labels are counted under `(other)`. */
  readonly maxSeries?: number
}

/** Seconds. A daemon answers most commands within a few milliseconds; none takes longer than the total time-out. */
const durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

const definitions = {
  keagate_build_info: {
    type: 'gauge', labels: ['version', 'nodejs', 'openssl'], help: 'Always 1; the labels say what runs',
  },
  keagate_ready: { type: 'gauge', labels: [], help: 'Whether commands are taken, as /readyz tells' },
  keagate_commands_total: {
    type: 'counter', labels: ['command', 'service', 'result', 'role'], maxSeries: 5000,
    help: 'Answers to commands, one for each service asked',
  },
  keagate_command_duration_seconds: {
    type: 'histogram', labels: ['command', 'service'], buckets: durations, maxSeries: 500,
    help: 'From the arrival of a command to the answer of the service',
  },
  keagate_commands_in_flight: { type: 'gauge', labels: [], help: 'Commands that are not answered yet' },
  keagate_access_refusals_total: { type: 'counter', labels: ['role'], help: 'Commands whose caller may not run them' },
  keagate_auth_failures_total: { type: 'counter', labels: ['reason'], help: 'Requests whose credentials would not do' },
  keagate_lock_outs_total: {
    type: 'counter', labels: ['scope'],
    help: 'Logins refused without a comparison after too many wrong passwords, of one user or from the address in all',
  },
  keagate_http_requests_total: { type: 'counter', labels: ['code'], help: 'Answers to HTTP requests by status' },
  keagate_http_connections: { type: 'gauge', labels: [], help: 'Open connections' },
  keagate_http_connections_total: { type: 'counter', labels: [], help: 'Connections that were served, or told why not' },
  keagate_http_connections_rejected_total: {
    type: 'counter', labels: [], help: 'Connections refused because too many are open',
  },
  keagate_http_connections_evicted_total: {
    type: 'counter', labels: ['state'], help: 'Connections closed to make room: new (without a command yet) or idle',
  },
  keagate_memory_refusals_total: {
    type: 'counter', labels: ['reason'],
    help:
      'Reservations of memory refused: the client has its share (client), the handler modules have theirs (modules), ' +
      'or all memory is taken (total)',
  },
  keagate_proxy_headers_rejected_total: {
    type: 'counter', labels: ['reason'],
    help: 'Connections closed for their PROXY protocol header: of no trusted proxy (untrusted), malformed, or late',
  },
  keagate_forwarded_headers_rejected_total: {
    type: 'counter', labels: ['reason'],
    help: 'Requests with X-Forwarded-For or Forwarded: ignored (untrusted), or refused (malformed, contradictory)',
  },
  keagate_http_received_bytes_total: { type: 'counter', labels: [], help: 'Bytes of requests, TLS not counted' },
  keagate_http_sent_bytes_total: { type: 'counter', labels: [], help: 'Bytes of answers, TLS not counted' },
  keagate_tls_failures_total: {
    type: 'counter', labels: ['reason'], help: 'TLS handshakes and client certificates refused',
  },
  keagate_tls_reloads_total: {
    type: 'counter', labels: ['result'], help: 'Changed TLS files that were taken, or could not be',
  },
  keagate_certificate_expiry_timestamp_seconds: {
    type: 'gauge', labels: ['kind', 'keyword', 'subject', 'file'],
    help: 'When a certificate or revocation list in use ends',
  },
  keagate_config_reloads_total: {
    type: 'counter', labels: ['command', 'result'], help: 'Changes of the configuration that were taken or refused',
  },
  keagate_config_last_reload_successful: {
    type: 'gauge', labels: [], help: 'Whether the latest change of the configuration was taken',
  },
  keagate_config_last_reload_success_timestamp_seconds: {
    type: 'gauge', labels: [], help: 'When the configuration in force was taken',
  },
  keagate_daemon_up: { type: 'gauge', labels: ['service'], help: 'Whether the daemon could be reached lately' },
  keagate_daemon_info: {
    type: 'gauge', labels: ['service', 'host', 'version'], help: 'Always 1; the labels say which Kea runs where',
  },
  keagate_daemon_start_time_seconds: {
    type: 'gauge', labels: ['service'], help: 'When the daemon started, by what it said last',
  },
  keagate_daemon_ha_active: {
    type: 'gauge', labels: ['service'], help: 'Whether the daemon serves clients, in a pair for high availability',
  },
  keagate_daemon_certificate_expiry_timestamp_seconds: {
    type: 'gauge', labels: ['service', 'subject'],
    help: 'When the certificate ends that the daemon showed at the last handshake',
  },
  keagate_daemon_commands_in_flight: { type: 'gauge', labels: ['service'], help: 'Commands that the daemon works on' },
  keagate_daemon_commands_waiting: { type: 'gauge', labels: ['service'], help: 'Commands that wait for their turn' },
  keagate_daemon_answers_total: { type: 'counter', labels: ['service'], help: 'Commands that the daemon answered' },
  keagate_daemon_failures_total: {
    type: 'counter', labels: ['service'], help: 'Commands that got no usable answer from the daemon',
  },
  keagate_event_loop_delay_seconds: {
    type: 'summary', labels: [], help: 'How late the event loop of the process comes round, over the last 10 s',
  },
  process_cpu_seconds_total: { type: 'counter', labels: [], help: 'Time spent on processors' },
  process_resident_memory_bytes: { type: 'gauge', labels: [], help: 'Memory in use' },
  process_virtual_memory_bytes: { type: 'gauge', labels: [], help: 'Address space in use' },
  process_open_fds: { type: 'gauge', labels: [], help: 'Open file descriptors' },
  process_max_fds: { type: 'gauge', labels: [], help: 'File descriptors that may be open' },
  process_start_time_seconds: { type: 'gauge', labels: [], help: 'When the process started' },
  nodejs_heap_size_total_bytes: { type: 'gauge', labels: [], help: 'Size of the JavaScript heap' },
  nodejs_heap_size_used_bytes: { type: 'gauge', labels: [], help: 'JavaScript heap in use' },
  nodejs_external_memory_bytes: { type: 'gauge', labels: [], help: 'Memory of buffers outside the JavaScript heap' },
} as const satisfies Readonly<Record<string, MetricDefinition>>

type Definitions = typeof definitions

export type MetricId = keyof Definitions

/** One value for each label of the metric. */
export type Labels<Id extends MetricId> = Readonly<Record<Definitions[Id]['labels'][number], string>>

type OfType<Type> = { [Id in MetricId]: Definitions[Id]['type'] extends Type ? Id : never }[MetricId]

export type CounterId = OfType<'counter'>
export type GaugeId = OfType<'gauge'>
export type HistogramId = OfType<'histogram'>

export const metricDefinitions: Readonly<Record<MetricId, MetricDefinition>> = definitions
