// Compares the dates of a certificate with the clock, and prints dates.

import type { X509Certificate } from 'node:crypto'

export type Validity = 'valid' | 'expired' | 'not-yet-valid'

/**
 * @param now milliseconds since the epoch
 * @returns `expired` also where the dates cannot be read
 */
export function validity(certificate: X509Certificate, now: number): Validity {
  const notBefore = Date.parse(certificate.validFrom)
  if (now >= notBefore && now <= Date.parse(certificate.validTo)) return 'valid'
  return now < notBefore ? 'not-yet-valid' : 'expired'
}

/** A date of a certificate as `2026-11-24 01:31:33 UTC`. */
export function formatDate(date: string): string {
  const time = Date.parse(date)
  return Number.isNaN(time) ? date : formatTime(time)
}

/** @param time milliseconds since the epoch */
export function formatTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
