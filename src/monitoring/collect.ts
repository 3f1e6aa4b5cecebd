// Collects all metrics of a scrape: what has been counted, and what is known at this moment.

import type { DaemonInfo } from '../command/daemon-info.ts'
import type { DaemonCertificate, DaemonStatus } from '../command/daemon-status.ts'
import type { MetricId } from '../metrics/definitions.ts'
import type { EventLoopDelay } from '../metrics/event-loop.ts'
import type { Sample } from '../metrics/registry.ts'
import { processSamples } from '../metrics/process-samples.ts'
import type { Expiring } from '../tls/files/expiry.ts'
import type { MonitorSource } from './source.ts'

export function collect(source: MonitorSource, eventLoop: EventLoopDelay): Sample[] {
  const { agent, metrics } = source
  const lastReload = source.reloads()[0]
  return [
    ...metrics.samples(),
    sample('keagate_build_info', 1, {
      version: agent.version, nodejs: process.versions.node, openssl: process.versions.openssl,
    }),
    sample('keagate_ready', source.unavailableReasons().length === 0 ? 1 : 0),
    sample('keagate_config_last_reload_successful', lastReload?.taken === false ? 0 : 1),
    sample('keagate_config_last_reload_success_timestamp_seconds', agent.configuredAt() / 1000),
    ...agent.daemons().flatMap(daemonSamples),
    ...expirySamples(agent.certificates()),
    ...trafficSamples(source),
    ...eventLoop.samples(),
    ...processSamples(agent.startedAt),
  ]
}

function sample(name: MetricId, value: number, labels: Sample['labels'] = {}): Sample {
  return { name, labels, value }
}

function daemonSamples(status: DaemonStatus): Sample[] {
  const { service, host, reachable, inFlight, waiting, answered, failed, info, certificate } = status
  const labels = { service }
  return [
    ...(reachable === null ? [] : [sample('keagate_daemon_up', reachable ? 1 : 0, labels)]),
    ...(info === null ? [] : infoSamples(info, service, host)),
    ...(certificate === null ? [] : [certificateSample(certificate, service)]),
    sample('keagate_daemon_commands_in_flight', inFlight, labels),
    sample('keagate_daemon_commands_waiting', waiting, labels),
    sample('keagate_daemon_answers_total', answered, labels),
    sample('keagate_daemon_failures_total', failed, labels),
  ]
}

function infoSamples({ version, startedAt, highAvailability }: DaemonInfo, service: string, host: string): Sample[] {
  const labels = { service }
  const active = highAvailability.some((each) => each.active)
  return [
    ...(version === null ? [] : [sample('keagate_daemon_info', 1, { service, host, version })]),
    ...(startedAt === null ? [] : [sample('keagate_daemon_start_time_seconds', startedAt / 1000, labels)]),
    ...(highAvailability.length === 0 ? [] : [sample('keagate_daemon_ha_active', active ? 1 : 0, labels)]),
  ]
}

function certificateSample({ subject, notAfter }: DaemonCertificate, service: string): Sample {
  return sample('keagate_daemon_certificate_expiry_timestamp_seconds', notAfter / 1000, { service, subject })
}

/** Two certificates of one name in one file are one series: the one that ends first. */
function expirySamples(list: readonly Expiring[]): Sample[] {
  const ends = new Map<string, Sample>()
  for (const { kind, keyword, subject, file, notAfter } of list) {
    const labels = { kind, keyword, subject, file }
    const key = JSON.stringify(labels)
    const value = Math.min(notAfter / 1000, ends.get(key)?.value ?? Infinity)
    ends.set(key, sample('keagate_certificate_expiry_timestamp_seconds', value, labels))
  }
  return [...ends.values()]
}

function trafficSamples(source: MonitorSource): Sample[] {
  const { open, accepted, rejected, received, sent } = source.traffic()
  return [
    sample('keagate_http_connections', open),
    sample('keagate_http_connections_total', accepted),
    sample('keagate_http_connections_rejected_total', rejected),
    sample('keagate_http_received_bytes_total', received),
    sample('keagate_http_sent_bytes_total', sent),
  ]
}
