// The status page of the built program in a real browser: readable in both colour schemes, from a phone to a wide
// screen, with names of any length. KEAGATE_SCREENSHOTS names a folder for what it looked like.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { answering, FakeDaemon } from '../support/fake-daemon.ts'
import { executable, skipWithout } from '../kea/installed.ts'
import { freePort, startProgram, temporaryDirectory } from '../support/program.ts'
import { startBrowser } from './browser.ts'

/** What is wider than the window, by its text. */
const overflowing = `[...document.querySelectorAll('body *')]
  .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((each) => each.tagName + ' ' + each.textContent.slice(0, 60))`

/** Contrast of each text to what is behind it, by WCAG 2; those below what it asks of small text. */
const faint = `(() => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, index) => sum + c * [0.2126, 0.7152, 0.0722][index], 0)
  const behind = (each) => {
    for (let at = each; at !== null; at = at.parentElement) {
      const color = parts(getComputedStyle(at).backgroundColor)
      if (color.length < 4 || color[3] > 0) return color
    }
    return [255, 255, 255]
  }
  return [...document.querySelectorAll('body *')]
    .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
    .map((each) => {
      const [one, other] = [light(parts(getComputedStyle(each).color)), light(behind(each))].sort((a, b) => b - a)
      return [(one + 0.05) / (other + 0.05), each.tagName + ' ' + each.textContent.slice(0, 40)]
    })
    .filter(([contrast]) => contrast < 4.5)
})()`

/** Figures, states and dates that are broken over lines. */
const broken = `[...document.querySelectorAll('td.number, td.short')]
  .filter((each) => {
    const range = document.createRange()
    range.selectNodeContents(each)
    const tops = [...range.getClientRects()].map((line) => line.top)
    return Math.max(...tops) - Math.min(...tops) > 12
  })
  .map((each) => each.textContent)`

t.test('the status page', { skip: skipWithout('chromium') }, async (t) => {
  const certificates = temporaryDirectory(t)
  await makeTestCertificates(certificates)
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => daemon.close())
  const file = (name: string): string => join(certificates, name)
  const monitoring = await freePort()
  const long = `dhcp4-${'a-very-long-name-'.repeat(5)}@example.internal`
  const program = await startProgram(t, {
    'trust-anchor': file('ca.crt'), 'cert-file': file('server.crt'), 'key-file': file('server.key'),
    monitoring: { 'http-port': monitoring },
    'control-sockets': {
      dhcp4: { 'socket-name': daemon.path },
      dhcp6: { 'socket-name': '/nonexistent/folder/with/a/long/name/kea6-ctrl-socket' },
      [long]: { 'socket-type': 'http', 'socket-address': '2001:db8:1234:5678:9abc:def0:1234:5678' },
    },
  })
  // A refusal, so that every table has a row but the last.
  t.equal((await fetch(`http://127.0.0.1:${program.port}/`)).status, 400)
  await program.waitFor(/HTTP_CONNECTION_HANDSHAKE_FAILED/)
  const browser = await startBrowser(t, executable('chromium'))
  const backgrounds = new Set<unknown>()
  for (const width of [375, 800, 1100, 1190, 1280]) {
    for (const scheme of ['light', 'dark'] as const) {
      const view = `${scheme}, ${width} px`
      await browser.open(`http://127.0.0.1:${monitoring}/`, { width, scheme })
      t.same(await browser.evaluate(overflowing), [], `${view}: nothing is wider than the window`)
      t.same(await browser.evaluate(faint), [], `${view}: every text stands out`)
      t.same(await browser.evaluate(broken), [], `${view}: no figure is broken`)
      t.equal(await browser.evaluate('document.querySelectorAll("tbody tr").length'), 3 + 2 + 1, `${view}: daemons, certificates, refusals`)
      const heads = await browser.evaluate('getComputedStyle(document.querySelector("thead")).display')
      t.equal(heads, width < 1184 ? 'none' : 'table-header-group', `${view}: a table where there is room, else cards`)
      backgrounds.add(await browser.evaluate('getComputedStyle(document.body).backgroundColor'))
      const folder = process.env['KEAGATE_SCREENSHOTS']
      if (folder !== undefined) writeFileSync(join(folder, `status-${scheme}-${width}.png`), await browser.screenshot())
    }
  }
  t.equal(backgrounds.size, 2, 'light and dark')
  t.equal(await browser.evaluate('document.querySelector("tbody tr td").textContent.split(" ")[0]'), 'dhcp6', 'what is down comes first')
  t.same(browser.complaints, [], 'its own content security policy lets all of it through')
})

/** Answers as a daemon of a pair for high availability does. */
function answersOf(index: number): string | ((command: string) => string) {
  const first = index % 2 === 0
  const state = index === 6 ? 'partner-down' : 'hot-standby'
  const local = { role: first ? 'primary' : 'standby', scopes: first ? ['server1'] : [], state }
  const pair = { 'ha-mode': 'hot-standby', 'ha-servers': { local } }
  const status = { pid: 1, uptime: 86_400 * index + 3600, 'high-availability': [pair] }
  return (command) => {
    if (command.includes('version-get')) return '{ "result": 0, "text": "3.0.1-isc20250603" }'
    return JSON.stringify({ result: 0, arguments: index < 10 ? status : { pid: 1, uptime: 7 } })
  }
}

for (const count of [0, 3, 40, 500]) {
  t.test(`the status page with ${count} daemons`, { skip: skipWithout('chromium') }, async (t) => {
    const missing = count > 3 ? 4 : count === 3 ? 1 : 0
    const up = await Promise.all(Array.from({ length: Math.min(count, 50) - missing }, (_, index) => {
      return FakeDaemon.listen(answering(answersOf(index)))
    }))
    t.teardown(() => Promise.all(up.map((daemon) => daemon.close())))
    const sockets = Array.from({ length: count }, (_, index): [string, unknown] => {
      return [`dhcp4-site${index}`, { 'socket-name': up[index]?.path ?? `/run/kea/site${index}/kea4-ctrl-socket` }]
    })
    const monitoring = await freePort()
    const groups = count === 0 ? {} : { 'service-groups': { all4: sockets.slice(0, 20).map(([name]) => name) } }
    const program = await startProgram(t, {
      monitoring: { 'http-port': monitoring }, 'control-sockets': Object.fromEntries(sockets), ...groups,
    })
    const ask = (service: readonly string[]): Promise<unknown> => fetch(`http://127.0.0.1:${program.port}/`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ command: 'list-commands', service }),
    })
    for (let turn = 0; turn < 30 && count > 0; turn++) await ask(sockets.slice(0, 30).map(([name]) => name))
    const known = async (): Promise<number> => {
      const text = await (await fetch(`http://127.0.0.1:${monitoring}/metrics`)).text()
      return (text.match(/^keagate_daemon_info/gm)?.length ?? 0)
    }
    const deadline = Date.now() + 20_000
    while ((await known()) < up.length && Date.now() < deadline) await setTimeout(200)
    t.equal(await known(), up.length, 'each that is up was asked what it is')
    const browser = await startBrowser(t, executable('chromium'))
    for (const width of [375, 1280]) {
      for (const scheme of ['light', 'dark'] as const) {
        const view = `${scheme}, ${width} px`
        await browser.open(`http://127.0.0.1:${monitoring}/`, { width, scheme })
        t.same(await browser.evaluate(overflowing), [], `${view}: nothing is wider than the window`)
        t.same(await browser.evaluate(faint), [], `${view}: every text stands out`)
        t.same(await browser.evaluate(broken), [], `${view}: no figure is broken`)
        t.same(browser.complaints, [], `${view}: its own content security policy lets all of it through`)
        const folder = process.env['KEAGATE_SCREENSHOTS']
        if (folder !== undefined) writeFileSync(join(folder, `daemons-${count}-${scheme}-${width}.png`), await browser.screenshot())
      }
    }
    const down = count - up.length
    const state = await browser.evaluate('document.querySelector("header > span").textContent')
    t.equal(state, down === 0 ? 'ready' : `ready, but ${down} of ${count} daemons ${down === 1 ? 'is' : 'are'} down`)
    t.equal(await browser.evaluate('document.querySelectorAll("svg").length > 0'), count === 3 || count === 40, 'plots of the last hour')
  })
}
