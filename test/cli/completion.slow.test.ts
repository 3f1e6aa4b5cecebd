// The scripts of `keagate completion`, in the shells that they are for.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { run } from '../support/child.ts'
import { mainFile, temporaryDirectory } from '../support/program.ts'
import { terminal } from '../support/terminal.ts'
import { skipWithout } from '../kea/installed.ts'

/** A line that ends with what is typed of a word; words that Tab offers, and one that it does not. */
const expected: readonly (readonly [string, readonly string[], string])[] = [
  ['keagate as', ['ask'], 'access'],
  ['keagate help cer', ['certs'], 'ask'],
  ['keagate ask lease4-get-', ['lease4-get-all', 'lease4-get-by-client-id', 'lease4-get-page'], 'lease6-get-page'],
  ['keagate ask --url http://h lease6-get-b', ['lease6-get-by-duid', 'lease6-get-by-hostname'], 'lease6-get-page'],
  ['keagate ask --so', ['--socket'], '--server-name'],
  ['keagate ask version-get -s ', ['dhcp4', 'dhcp6', 'd2'], 'build-report'],
  ['keagate ask --service d', ['dhcp4', 'dhcp6', 'd2'], 'dhcp-disable'],
  ['keagate certs re', ['renew', 'revoke'], 'server'],
  ['keagate certs init --ke', ['--keep', '--key'], '--json'],
  ['keagate ask --ca own-f', ['own-file'], 'version-get'],
]

/** The script in a file, in a folder that has one more. */
async function script(t: Test, shell: string): Promise<string> {
  const directory = temporaryDirectory(t)
  writeFileSync(path.join(directory, 'own-file'), '')
  const { stdout } = await run(process.execPath, [mainFile, 'completion', shell])
  const file = path.join(directory, `script.${shell}`)
  writeFileSync(file, stdout)
  return file
}

function check(t: Test, offered: (line: string) => readonly string[]): void {
  for (const [line, words, not] of expected) {
    const all = offered(line)
    for (const word of words) t.ok(all.includes(word), `${line}: ${word}, of ${all.join(' ')}`)
    t.notOk(all.includes(not), `${line}: not ${not}`)
  }
}

t.test('bash', async (t) => {
  const file = await script(t, 'bash')
  const fill = '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _keagate; printf "%s\\n" "${COMPREPLY[@]}"'
  const offered = new Map<string, readonly string[]>()
  for (const [line] of expected) {
    const { stdout } = await run('/bin/bash', ['-c', fill, file, ...line.split(' ')])
    offered.set(line, stdout.split('\n'))
  }
  // Files are the shell's own work.
  check(t, (line) => (line.includes('--ca') ? ['own-file'] : offered.get(line) ?? []))
})

t.test('fish', { skip: skipWithout('fish') }, async (t) => {
  const file = await script(t, 'fish')
  const cwd = path.dirname(file)
  const commands = expected.map(([line]) => `echo "= ${line}"; complete -C "${line}"`)
  const { stdout } = await run('/usr/bin/fish', ['--no-config', '-c', `source ${file}; ${commands.join('; ')}`], { cwd, env: { HOME: cwd } })
  const offered = new Map(stdout.split(/^= /m).map((part) => {
    const [line = '', ...words] = part.split('\n')
    return [line, words.map((word) => word.split('\t')[0] ?? '')] as const
  }))
  check(t, (line) => offered.get(line) ?? [])
  t.match((await run('/usr/bin/fish', ['--no-config', '-c', `source ${file}; complete -C "keagate -"`])).stdout, /^-c\n/m)
})

t.test('zsh', { skip: skipWithout('zsh', 'python3') }, async (t) => {
  const file = await script(t, 'zsh')
  const cwd = path.dirname(file)
  const out = path.join(cwd, 'offered')
  // What the completion system takes of the words that a script offers. The prompts are counted.
  writeFileSync(path.join(cwd, '.zshrc'), `
    cd ${cwd}
    autoload -Uz compinit; compinit -D -u
    source ${file}
    compadd() {
      local -a fitting
      if (( ! \${@[(I)-[OAD]]} )); then builtin compadd -O fitting "$@"; print -rl -- $fitting >>${out}; fi
      builtin compadd "$@"
    }
    LISTMAX=10000; setopt prompt_subst; PS1='row$row>'; precmd() { (( row++ )) }
  `)
  const steps = expected.map(([line], row) => {
    return [`row${row + 1}>`, `${line}\t\x15print -r -- '= ${line}' >>${out}\r`] as const
  })
  const { code } = await terminal(['/usr/bin/zsh', '-i', '-d'], {
    env: { HOME: cwd, ZDOTDIR: cwd, TERM: 'dumb' },
    steps: [...steps, [`row${expected.length + 1}>`, 'exit 0\r']],
  })
  t.equal(code, 0)
  // The words of a line are before its name.
  const offered = new Map<string, readonly string[]>()
  let words: string[] = []
  for (const word of readFileSync(out, 'utf8').split('\n')) {
    if (word.startsWith('= ')) {
      offered.set(word.slice(2), words)
      words = []
    } else words.push(word)
  }
  check(t, (line) => offered.get(line) ?? [])
})
