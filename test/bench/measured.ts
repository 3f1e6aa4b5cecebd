// What the kernel says of a process: memory and processor time. Linux only, as the benchmark is.

import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { setTimeout } from 'node:timers/promises'

/** Resident memory now, or the most there has been since `forgetPeak`, in bytes. */
export function memory(pid: number, which: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kibibytes = new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]
  if (kibibytes === undefined) throw new Error(`no ${which} of process ${pid}`)
  return Number(kibibytes) * 1024
}

/** Makes the present size the peak (proc(5), `clear_refs`). */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** Processor seconds that a process and its threads have used, in steps of 10 ms. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Fields 14 and 15; the name in field 2 may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** The share of all processors that is at work, over so many milliseconds; 1 is all of them. */
export async function busyShare(milliseconds: number): Promise<number> {
  const times = (): readonly [busy: number, idle: number] => {
    const all = os.cpus().map(({ times }) => times)
    const idle = all.reduce((sum, each) => sum + each.idle, 0)
    return [all.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, 0), idle]
  }
  const [busy, idle] = times()
  await setTimeout(milliseconds)
  const [later, idleLater] = times()
  const worked = later - busy
  return worked / Math.max(1, worked + idleLater - idle)
}
