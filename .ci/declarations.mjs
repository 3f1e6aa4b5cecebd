// Writes dist/hook/api.d.ts, the types for authors of handler modules, without the bodies of functions, which have no
// place in a file of declarations.

import { readFileSync, writeFileSync } from 'node:fs'
import { URL } from 'node:url'
import ts from 'typescript'

const source = readFileSync(new URL('../src/hook/api.ts', import.meta.url), 'utf8')
const { outputText, diagnostics = [] } = ts.transpileDeclaration(source, { fileName: 'api.ts', reportDiagnostics: true })
if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost({})))
writeFileSync(new URL('../dist/hook/api.d.ts', import.meta.url), outputText)
