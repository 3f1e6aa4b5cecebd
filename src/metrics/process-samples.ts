// What the system tells about this process, under the metric names that all exporters use. Values that a system does
// not tell are left out.

import { readdirSync, readFileSync } from 'node:fs'
import type { MetricId } from './definitions.ts'
import type { Sample } from './registry.ts'

/** @param startedAt milliseconds since the epoch */
export function processSamples(startedAt: number): Sample[] {
  const { user, system } = process.cpuUsage()
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage()
  const values: readonly (readonly [MetricId, number | null])[] = [
    ['process_cpu_seconds_total', (user + system) / 1e6],
    ['process_resident_memory_bytes', rss],
    ['process_virtual_memory_bytes', virtualMemory()],
    ['process_open_fds', openDescriptors()],
    ['process_max_fds', maxDescriptors()],
    ['process_start_time_seconds', startedAt / 1000],
    ['nodejs_heap_size_total_bytes', heapTotal],
    ['nodejs_heap_size_used_bytes', heapUsed],
    ['nodejs_external_memory_bytes', external],
  ]
  return values.flatMap(([name, value]) => (value === null ? [] : [{ name, labels: {}, value }]))
}

function virtualMemory(): number | null {
  const kilobytes = /^VmSize:\s+(\d+) kB/m.exec(textOf('/proc/self/status'))?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}

function openDescriptors(): number | null {
  try {
    // The descriptor that reads the folder is not counted.
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return null
  }
}

function maxDescriptors(): number | null {
  const limit = /^Max open files +(\d+)/m.exec(textOf('/proc/self/limits'))?.[1]
  return limit === undefined ? null : Number(limit)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Not Linux, or no descriptor is left.
    return ''
  }
}
