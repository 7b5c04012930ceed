import type { Language } from '../../programs/grammar.ts'

const PYTHON = /(?:^|[;:])[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+([\w, \t*]+)|import[ \t]+([\w., \t]+))/gm
const NODE = /\b(?:import|from|require|export)\b[^'"`;\n]{0,200}['"]([^'"\n]+)['"]/g

/** Files, seen from the code's own folder, that it may load by the names in it. */
export function modulesOf(text: string, language: Language): readonly string[] {
  if (language === 'python')
    return [...text.matchAll(PYTHON)].flatMap(([, from, names, plain]) => python(from, names ?? plain))
  if (language === 'node') return [...text.matchAll(NODE)].flatMap(([, name = '']) => node(name))
  return []
}

/** `from a.b import c` loads `a`, `a.b`, and `a.b.c` where that is a module. */
function python(from: string | undefined, names = ''): readonly string[] {
  const listed = names.split(',').map((name) => name.trim().split(/\s/)[0] ?? '')
  const up = '../'.repeat(Math.max(0, (/^\.*/.exec(from ?? '')?.[0].length ?? 0) - 1))
  const base = (from ?? '').replace(/^\.+/, '')
  const whole = from === undefined ? listed : [base, ...listed.map((name) => (base === '' ? name : `${base}.${name}`))]
  return whole.flatMap((name) => {
    const parts = name.split('.').filter((part) => part !== '')
    return parts.flatMap((_, i) => {
      const path = up + parts.slice(0, i + 1).join('/')
      return [`${path}.py`, `${path}/__init__.py`]
    })
  })
}

function node(name: string): readonly string[] {
  const path = name.startsWith('.') || name.startsWith('/') ? name : `node_modules/${name}`
  return ['', '.js', '.mjs', '.cjs', '.ts', '/index.js'].map((end) => path + end)
}
