// The look of the status page: light or dark as the reader's system is, tables that become cards on a phone.

export const style = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5b6570; --line: #d8dde3; --back: #f6f7f9; --card: #fff; --mark: #3f6fa8;
  --good: #17703a; --warn: #8a5a00; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa5b1; --line: #343b43; --back: #14171a;
  --card: #1d2125; --mark: #82b1ea; --good: #5fce88; --warn: #f0b445; --bad: #ff8a80 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.25rem; max-width: 76rem; background: var(--back); color: var(--ink);
  font: 1rem/1.45 system-ui, sans-serif }
h1 { margin: 0; font-size: 1.4rem } h1 small, .soft { color: var(--soft); font-weight: normal; font-size: .9rem }
h2 { margin: 2rem 0 .5rem; font-size: 1.05rem }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; justify-content: space-between }
.good { color: var(--good) } .warn { color: var(--warn) } .bad { color: var(--bad) }
.good, .warn, .bad { font-weight: 600 }
dl { display: grid; grid-template-columns: repeat(5, 1fr); gap: .5rem; margin: 1rem 0 }
dl div { padding: .6rem .75rem; background: var(--card); border: 1px solid var(--line); border-radius: .4rem }
dt { color: var(--soft); font-size: .85rem } dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line) }
th, td { padding: .45rem .75rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line);
  overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
th { color: var(--soft); font-weight: normal; font-size: .85rem; border-top: 0; overflow-wrap: normal }
th, .number, .short, td > .good, td > .warn, td > .bad { white-space: nowrap } .number { text-align: right }
.whole { white-space: nowrap }
.plot { display: flex; align-items: end; gap: .35rem; white-space: nowrap } .plot + .plot { margin-top: .15rem }
svg { flex: none; border-bottom: 1px solid var(--line) } .bar { fill: var(--mark) } .fault { fill: var(--bad) } .time { fill: var(--soft) }
.text { min-width: 7rem } td[data-label="version"] { min-width: 8.5rem } td[data-label="last error"] { min-width: 12rem } td:first-child { font-weight: 600; min-width: 11rem } .line { display: block }
p.none { margin: 0; color: var(--soft) }
footer { margin-top: 2rem; color: var(--soft); font-size: .9rem } a { color: inherit }
@media (max-width: 74rem) {
  body { padding: .9rem }
  thead { display: none } dl { grid-template-columns: repeat(auto-fill, minmax(min(10rem, 45%), 1fr)) }
  table, tbody, tr, td { display: block }
  tr { border-top: 1px solid var(--line); padding: .4rem 0 } tr:first-child { border-top: 0 }
  td { display: grid; grid-template-columns: 7.5rem 1fr; border-top: 0; padding: .15rem .75rem }
  .number { text-align: left } .short { white-space: normal }
  td:empty, td:first-child::before { display: none } td:first-child { display: block }
  td::before { content: attr(data-label); color: var(--soft); font-weight: normal; font-size: .9rem }
}
`
