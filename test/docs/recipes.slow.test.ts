// The recipes are run as they stand, except for folders and ports, against the built program with mutual TLS.

import { once } from 'node:events'
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { RequestOptions } from 'node:https'
import path from 'node:path'
import t from 'tap'
import { executable, skipWithout } from '../kea/installed.ts'
import { run, startChild } from '../support/child.ts'
import type { Finished } from '../support/child.ts'
import { FakeDaemon, answering } from '../support/fake-daemon.ts'
import { freePort, mainFile, startProgram, temporaryDirectory } from '../support/program.ts'
import { blocksOf, root } from './page.ts'

const lease = '{ "ip-address": "192.0.2.20", "hw-address": "1a:1b:1c:1d:1e:1f" }'
const folder = temporaryDirectory(t)
const tls = path.join(folder, 'tls')
const programs = path.join(folder, 'programs')
const blocks = blocksOf('docs/recipes.md')
const env = {
  PATH: `${programs}:${path.dirname(process.execPath)}:/usr/bin:/bin`,
  HOME: folder, KEA_PIDFILE_DIR: folder, LC_ALL: 'C.UTF-8',
}

mkdirSync(programs)
writeFileSync(path.join(programs, 'keagate'), `#!/bin/sh\nexec ${process.execPath} ${mainFile} "$@"\n`, { mode: 0o755 })
await shell(`keagate certs init ${tls}`)
const daemon = await FakeDaemon.listen(answering(`{ "arguments": { "leases": [ ${lease} ] }, "result": 0, "text": "1 lease" }`))
t.teardown(() => daemon.close())
const [monitoringPort, nginxPort, trialPort] = [await freePort(), await freePort(), await freePort()]
const program = await startProgram(t, (port) => `{ "Control-agent": {
  "http-host": "127.0.0.1", "http-port": ${port}, "trust-anchor": "${tls}/ca/cert.pem",
  "cert-file": "${tls}/server/cert.pem", "key-file": "${tls}/server/key.pem",
  "control-sockets": { "dhcp4": { "socket-type": "unix", "socket-name": "${daemon.path}" } } } }`)

const places: Readonly<Record<string, string>> = {
  '/etc/kea/kea-ctrl-agent.conf': program.configFile,
  '/etc/kea': folder,
  '/tmp': folder,
  8000: String(program.port),
  8001: String(monitoringPort),
  8002: String(nginxPort),
  8010: String(trialPort),
}

/** A recipe with the folders and ports of this test. */
function here(text: string): string {
  return text.replace(/\/etc\/kea(?:\/kea-ctrl-agent\.conf)?|\/tmp|80(?:0[0-2]|10)/g, (place) => places[place] ?? place)
}

function blockOf(language: string, part = ''): string {
  const block = blocks.find((each) => each.language === language && each.text.includes(part))
  if (block === undefined) throw new Error(`no block of ${language} with ${part}`)
  return here(block.text)
}

function shell(lines: string, more: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return run('/bin/bash', ['--norc', '-euc', lines], { env: { ...env, ...more }, cwd: folder, timeout: 60_000 })
}

t.test('curl', { skip: skipWithout('curl') }, async (t) => {
  const { code, stdout } = await shell(blockOf('sh', 'curl'))
  t.same({ code, answer: JSON.parse(stdout) as unknown }, {
    code: 0, answer: [{ arguments: { leases: [JSON.parse(lease) as unknown] }, result: 0, text: '1 lease' }],
  })
})

for (const [language, part, name, command, skip] of [
  ['python', 'requests', 'requests.py', '/usr/bin/python3 -I', skipWithout('python3', 'python requests')],
  ['python', 'httpx', 'httpx.py', '/usr/bin/python3 -I', skipWithout('python3', 'python httpx')],
  ['go', '', 'leases.go', 'go run', skipWithout('go')],
  ['js', '', 'leases.mjs', process.execPath, false],
] as const) {
  t.test(name, { skip }, async (t) => {
    writeFileSync(path.join(folder, name), blockOf(language, part))
    t.match(await shell(`${command} ${name}`), { code: 0, stdout: '192.0.2.20 1a:1b:1c:1d:1e:1f\n', stderr: '' })
  })
}

t.test('Ansible', { skip: skipWithout('ansible-playbook') }, async (t) => {
  writeFileSync(path.join(folder, 'leases.yaml'), blockOf('yaml'))
  const done = await shell('ansible-playbook -c local -i localhost, leases.yaml', {
    ANSIBLE_LOCAL_TEMP: folder, ANSIBLE_REMOTE_TEMP: folder, ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
  })
  t.match(done, { code: 0, stdout: /192\.0\.2\.20/ }, done.stdout + done.stderr)
})

t.test('Terraform: its request, sent from here as no Terraform can be had', async (t) => {
  const block = blockOf('hcl')
  const valueOf = (name: string, form: RegExp): string => {
    const line = new RegExp(`^  ${name} += (.*)$`, 'm').exec(block)?.[1] ?? ''
    const value = form.exec(line)?.[1]
    if (value === undefined) throw new Error(`${name} = ${line}`)
    return value
  }
  const [quoted, file] = [/^"([^"]+)"$/, /^file\("([^"]+)"\)$/]
  const answer = await send(valueOf('url', quoted), {
    method: valueOf('method', quoted),
    ca: readFileSync(valueOf('ca_cert_pem', file)),
    cert: readFileSync(valueOf('client_cert_pem', file)),
    key: readFileSync(valueOf('client_key_pem', file)),
    headers: jsonOfHcl(valueOf('request_headers', /^(\{.*\})$/)) as Record<string, string>,
  }, JSON.stringify(jsonOfHcl(valueOf('request_body', /^jsonencode\((.*)\)$/))))
  t.match(answer, { status: 200, body: [{ arguments: { leases: [{ 'ip-address': '192.0.2.20' }] }, result: 0 }] })
})

t.test('PowerShell: its request, sent from here as no PowerShell can be had', async (t) => {
  const block = blockOf('powershell')
  const ca = /SSL_CERT_FILE=(\S+) pwsh/.exec(here(readFileSync(path.join(root, 'docs/recipes.md'), 'utf8')))?.[1] ?? ''
  const [, certificate = '', key = ''] = /CreateFromPemFile\('([^']+)', '([^']+)'\)/.exec(block) ?? []
  const [, uri = ''] = /^ +Uri += '([^']+)'$/m.exec(block) ?? []
  const [, method = ''] = /^ +Method += '([^']+)'$/m.exec(block) ?? []
  const [, type = ''] = /^ +ContentType += '([^']+)'$/m.exec(block) ?? []
  t.match(block, /^ +Certificate += \$client$/m)
  t.match(block, /^ +Body += ConvertTo-Json \$command$/m)
  const [, command = ''] = /^\$command = (@\{.*\})$/m.exec(block) ?? []
  const json = command.replace(/@\((.*?)\)/g, '[$1]').replaceAll('@{', '{').replaceAll(';', ',').replaceAll("'", '"')
  const answer = await send(uri, {
    method: method.toUpperCase(),
    ca: readFileSync(ca), cert: readFileSync(certificate), key: readFileSync(key),
    headers: { 'Content-Type': type },
  }, JSON.stringify(jsonOfHcl(json)))
  t.match(answer, { status: 200, body: [{ arguments: { leases: [{ 'ip-address': '192.0.2.20' }] }, result: 0 }] })
})

/** A map of HCL without expressions: its keys have no quotes, and stand before `=`. */
function jsonOfHcl(text: string): unknown {
  return JSON.parse(text.replace(/([{,] *)([\w-]+) = /g, '$1"$2": '))
}

async function send(url: string, options: RequestOptions, body: string): Promise<object> {
  const sent = request(url, options).end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const text = Buffer.concat(await response.toArray()).toString()
  return { status: response.statusCode, body: JSON.parse(text) as unknown }
}

t.test('Prometheus behind nginx', { skip: skipWithout('nginx', 'curl', 'openssl', 'promtool') }, async (t) => {
  await startProgram(t, { monitoring: { 'http-port': monitoringPort } })
  t.match(await shell(blockOf('sh', 'scrape-password')), { code: 0 })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`)
  writeFileSync(path.join(folder, 'nginx.conf'), `daemon off; user root; pid nginx.pid; error_log stderr notice; events {}
    http { access_log off; ${temporary.join(' ')} ${blockOf('text nginx')} }`)
  const nginx = startChild(t, executable('nginx'), ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'])
  await nginx.waitFor(/start worker process /)
  const url = `https://127.0.0.1:${nginxPort}/metrics`
  const status = `curl --silent --output metrics --write-out '%{http_code}' --cacert ${tls}/ca/cert.pem`
  const certificate = `--cert ${tls}/prometheus/cert.pem --key ${tls}/prometheus/key.pem`
  const user = '--user prometheus:"$(cat scrape-password)"'
  t.match(await shell(`${status} ${certificate} ${user} ${url}; grep keagate_build_info metrics`), { code: 0, stdout: /^200.*keagate_build_info/s })
  t.match(await shell(`${status} ${certificate} --user prometheus:wrong ${url}`), { stdout: '401' })
  t.match(await shell(`${status} ${user} ${url}`), { stdout: '400' }, 'no certificate')
  writeFileSync(path.join(folder, 'prometheus.yml'), blockOf('text scrape'))
  t.match(await shell('promtool check config prometheus.yml'), { code: 0 })
})

t.test('cron renews certificates', async (t) => {
  const [, user, command = ''] = /^(?:\S+ +){5}(\S+) +(.*)$/m.exec(blockOf('text crontab')) ?? []
  t.equal(user, 'root')
  t.match(await shell(command), { code: 0, stdout: /crl\.pem +good until/ })
})

t.test('certbot: the files that it renewed are put beside each other, readable for keagate', async (t) => {
  const lineage = path.join(folder, 'lineage')
  mkdirSync(lineage)
  mkdirSync(path.join(folder, 'certbot'))
  for (const name of ['fullchain', 'privkey']) writeFileSync(path.join(lineage, `${name}.pem`), name)
  const script = blockOf('text script').replace('-o root -g _kea', `-o ${process.getuid?.()} -g ${process.getgid?.()}`)
  t.match(await shell(script, { RENEWED_LINEAGE: lineage }), { code: 0 })
  t.same(readdirSync(path.join(folder, 'certbot')), ['fullchain.pem', 'privkey.pem'])
  t.equal(readFileSync(path.join(folder, 'certbot/privkey.pem'), 'utf8'), 'privkey')
  t.equal(statSync(path.join(folder, 'certbot/privkey.pem')).mode & 0o777, 0o640)
})

t.test('the unit for step-ca', { skip: skipWithout('systemd-analyze') }, async (t) => {
  const unit = blockOf('text unit').replace('/usr/bin/step', '/bin/true')
  writeFileSync(path.join(folder, 'step-renewal.service'), unit)
  t.match(await shell('systemd-analyze verify --man=no step-renewal.service'), { code: 0, stderr: '' })
})

t.test('keagate beside the agent that runs, and the end of it', async (t) => {
  const done = await shell(`${blockOf('sh', 'keagate-trial.conf >')}${blockOf('sh', 'kill "$trial"')}echo gone`)
  t.match(done, { code: 0, stdout: /is usable[^]*gone\n$/ }, done.stdout + done.stderr)
})

t.test('the schema is JSON, and so are the settings of the editor', async (t) => {
  t.match(await shell(blockOf('sh', 'keagate schema')), { code: 0 })
  const settings = JSON.parse(blockOf('jsonc')) as { 'json.schemas': { url: string }[] }
  t.type(JSON.parse(readFileSync(settings['json.schemas'][0]?.url ?? '', 'utf8')), 'object')
})

t.test('no block is left out', async (t) => {
  t.same(blocks.map(({ language }) => language), [
    'sh', 'python', 'python', 'go', 'js', 'yaml', 'hcl', 'powershell', 'sh', 'text nginx', 'text scrape', 'text crontab', 'text script', 'text unit', 'sh',
    'sh', 'sh', 'jsonc',
  ])
})
