import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { escapeForLog } from '../../src/log/escape.ts'
import { checkLogFile } from '../../src/log/output/log-file.ts'
import { Logging } from '../../src/log/logger.ts'
import type { LogEvent } from '../../src/log/event.ts'
import { createJsonFormatter } from '../../src/log/json-line.ts'
import { compilePattern, defaultPattern } from '../../src/log/pattern.ts'
import type { LoggerSettings, OutputSettings } from '../../src/log/settings.ts'
import { effectiveSettings } from '../../src/log/hierarchy.ts'

const event: LogEvent = {
  time: Date.UTC(2026, 10, 23, 15, 41, 30, 572),
  severity: 'INFO',
  logger: 'kea-ctrl-agent.dctl',
  id: 'DCTL_STARTING',
  text: 'text',
  fields: {},
}

t.test('patterns print what operators know from Kea', async (t) => {
  const table: [pattern: string, line: string][] = [
    ['%-5p %m\n', 'INFO  DCTL_STARTING text\n'],
    ['%5p|%m', ' INFO|DCTL_STARTING text'],
    ['%d{%Y-%m-%d %H:%M:%S.%q} %p', '2026-11-23 15:41:30.572 INFO'],
    ['%d{%Y-%m-%d %H:%M:%S.%Q}', '2026-11-23 15:41:30.572.000'],
    ['%d', '2026-11-23 15:41:30'],
    ['%d{%s %y %b %a %Z}', '1795448490 26 Nov Mon UTC'],
    ['[%c/%i.%t]%n', `[kea-ctrl-agent.dctl/${process.pid}.0]\n`],
    ['%T', String(process.pid)],
    ['%.4c', 'dctl'],
    ['%h 100%% %Y', 'host 100% %Y'],
    ['plain', 'plain'],
    // As Kea 2.2 printed them.
    ['%.5c|%.-5c|%30.10c|%c{1}|%c{2}|%5.2p|%y', '.dctl|kea-c|agent.dctl|dctl|kea-ctrl-agent.dctl|FO|%y'],
    ['%r|%x|%X{a}|%F|%L'.slice(3), '|||'],
    ['%d{%e %j %I %p %l %k %B %A %h %D %R %r %u %w %G %V %g %U %W %C %F %T %a %z}', '23 327 03 PM  3 15 November Monday Nov 11/23/26 15:41 03:41:30 PM 1 1 2026 48 26 47 47 20 2026-11-23 15:41:30 Mon +0000'],
    ['%d{%c|%x|%X|%%}', 'Mon Nov 23 15:41:30 2026|11/23/26|15:41:30|%'],
  ]
  for (const [pattern, line] of table) t.equal(compilePattern(pattern, 'host')(event)(event), line, pattern)
  t.equal(compilePattern('%999999999999m', 'host')(event)(event).length, 1000, 'a width has an end')
  t.match(compilePattern(defaultPattern, 'host')(event)(event), /^\d{4}-\d\d-\d\d \d\d:\d\d:30\.572 INFO {2}\[kea-ctrl-agent\.dctl\/\d+\.\d+\] DCTL_STARTING text\n$/)
})

t.test('local time has the name of its zone, or its distance where it has none', async (t) => {
  const before = process.env['TZ']
  t.teardown(() => {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  })
  for (const [zone, printed] of [
    ['Europe/Berlin', '16:41 CET +0100'], ['America/New_York', '10:41 EST -0500'], ['UTC', '15:41 UTC +0000'],
    ['Asia/Kathmandu', '21:26 +0545 +0545'],
  ]) {
    process.env['TZ'] = zone
    t.equal(compilePattern('%D{%H:%M %Z %z}', 'host')(event)(event), printed)
  }
})

t.test('nobody who is logged can forge a line', async (t) => {
  t.equal(escapeForLog('a\r\nb\u001b[2J\u0085\u2028\u007f'), 'a\\x0d\\x0ab\\x1b[2J\\x85\\u2028\\x7f')
  t.equal(escapeForLog('é中\t'), 'é中\\x09')
  t.equal(escapeForLog('x'.repeat(5000)).length, 1027)
})

function logger(name: string, more: Partial<LoggerSettings>): LoggerSettings {
  return { name, severity: null, debugLevel: 0, outputs: null, ...more }
}

function file(path: string): OutputSettings {
  return { output: path, path, flush: true, maxSize: 0, maxVersions: 1, pattern: '%p %c %m\n', format: 'pattern' }
}

t.test('a logger without settings uses its parent, one with settings its own', async (t) => {
  const root = join(t.testdir({}), 'root.log')
  const http = join(t.testdirName, 'http.log')
  const logging = new Logging({ debug: false, earlyDestination: 'stderr' })
  logging.configure([
    logger('kea-ctrl-agent', { severity: 'WARN', outputs: [file(root)] }),
    logger('kea-ctrl-agent.http', { severity: 'DEBUG', debugLevel: 40, outputs: [file(http)] }),
    logger('kea-ctrl-agent.auth', { severity: 'INFO' }),
    logger('kea-ctrl-agent.commands', { severity: 'NONE' }),
  ])
  logging.write('CTRL_AGENT_STARTED', { version: '1' })
  logging.write('CTRL_AGENT_COMMAND_FORWARD_FAILED', {
    command: 'c', 'remote-address': 'a', user: 'u', certificate: 'n', service: 's', reason: 'r\nX',
  })
  logging.write('HTTP_CLIENT_REQUEST_NO_AUTH_HEADER', { 'remote-address': '127.0.0.1' })
  logging.write('HTTP_CLIENT_REQUEST_RECEIVED', { 'remote-address': '127.0.0.1' })
  logging.write('HTTP_IDLE_CONNECTION_TIMEOUT_OCCURRED', { 'remote-address': '127.0.0.1' })
  logging.write('COMMAND_PROCESS_ERROR2', { reason: 'x' })
  t.equal(logging.enabled('CTRL_AGENT_STARTED'), false)
  t.equal(logging.enabled('HTTP_CLIENT_REQUEST_RECEIVED'), true)
  await logging.close()
  t.equal(
    readFileSync(root, 'utf8'),
    'WARN kea-ctrl-agent.ctrl-agent CTRL_AGENT_COMMAND_FORWARD_FAILED command c from a, user u, certificate n, ' +
      'could not be answered by s: r\\x0aX\n' +
      'INFO kea-ctrl-agent.auth HTTP_CLIENT_REQUEST_NO_AUTH_HEADER request without credentials from 127.0.0.1\n',
  )
  t.equal(
    readFileSync(http, 'utf8'),
    'DEBUG kea-ctrl-agent.http HTTP_CLIENT_REQUEST_RECEIVED request from 127.0.0.1\n',
  )
})

t.test('-d makes every logger speak', async (t) => {
  const path = join(t.testdir({}), 'a.log')
  const logging = new Logging({ debug: true, earlyDestination: 'stderr' })
  logging.configure([logger('kea-ctrl-agent', { severity: 'ERROR', outputs: [file(path)] })])
  logging.write('HTTP_IDLE_CONNECTION_TIMEOUT_OCCURRED', { 'remote-address': '127.0.0.1' })
  await logging.close()
  t.match(readFileSync(path, 'utf8'), /HTTP_IDLE_CONNECTION_TIMEOUT_OCCURRED/)
})

t.test('a log file that cannot be opened keeps the loggers before', async (t) => {
  const path = join(t.testdir({}), 'a.log')
  const logging = new Logging({ debug: false, earlyDestination: path })
  t.throws(
    () => logging.configure([logger('kea-ctrl-agent', { outputs: [file(join(t.testdirName, 'missing', 'b.log'))] })]),
    { code: 'CONFIG_INVALID', message: /b\.log cannot be opened: the folder .*missing does not exist$/, remedy: /create it/ },
  )
  logging.write('CTRL_AGENT_STARTED', { version: '1' })
  await logging.close()
  t.match(readFileSync(path, 'utf8'), /CTRL_AGENT_STARTED ready, version 1\n$/)
})

t.test('whether log files can be opened is told without creating them', async (t) => {
  const folder = t.testdir({})
  const check = (path: string): void => checkLogFile(path, join(folder, 'logs'))
  check(join(folder, 'new.log'))
  t.notOk(existsSync(join(folder, 'new.log')))
  t.throws(() => check(join(folder, 'missing', 'a.log')), { message: /the folder .*missing does not exist/ })
  t.throws(() => check(folder), { message: /it is a folder/ })
  check(join(folder, 'logs', 'kea', 'a.log'))
  t.notOk(existsSync(join(folder, 'logs')))
})

t.test('of two loggers with one name the last counts', async (t) => {
  const path = join(t.testdir({}), 'a.log')
  const logging = new Logging({ debug: false, earlyDestination: 'stderr' })
  logging.configure([
    logger('kea-ctrl-agent', { severity: 'ERROR', outputs: [file(path)] }),
    logger('kea-ctrl-agent', { severity: 'INFO', outputs: [file(path)] }),
  ])
  logging.write('CTRL_AGENT_STARTED', { version: '1' })
  await logging.close()
  t.match(readFileSync(path, 'utf8'), /CTRL_AGENT_STARTED/)
})

t.test('a JSON line is one object with the fields of the message, fit for a terminal', async (t) => {
  const format = createJsonFormatter()
  const fields = { command: 'a\u001b\u0085"b', 'remote-address': '::1', pid: 7, long: 'x'.repeat(5000), count: 3 }
  const line = format({ ...event, fields })
  t.match(line, /^[\x20-\x7e]+\n$/)
  t.match(JSON.parse(line), {
    time: '2026-11-23T15:41:30.572Z', severity: 'INFO', logger: event.logger, id: event.id, pid: process.pid, text: 'text',
    command: fields.command, 'remote-address': '::1', count: 3,
  })
  t.equal(line.split('"pid"').length, 2, 'no name twice')
  t.ok(line.length < 2000)
})

t.test('loggers inherit at any depth, each setting from its nearest ancestor', async (t) => {
  const [near, far] = [file('/near'), file('/far')]
  const settingsOf = effectiveSettings(
    [
      logger('kea-ctrl-agent', { severity: 'ERROR', outputs: [far] }),
      logger('kea-ctrl-agent.http', { outputs: [near] }),
      logger('kea-ctrl-agent.http.x', { severity: 'DEBUG', debugLevel: 40 }),
    ],
    file('/fallback'),
    false,
  )
  t.same(settingsOf('http.x.y'), { severity: 'DEBUG', debugLevel: 40, outputs: [near] })
  t.same(settingsOf('http'), { severity: 'ERROR', debugLevel: 0, outputs: [near] })
  t.same(settingsOf('httpx'), { severity: 'ERROR', debugLevel: 0, outputs: [far] })
})
