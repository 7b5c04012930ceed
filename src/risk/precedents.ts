import type { KnownPrecedent } from './likeness.ts'
import { DATA } from './precedents/data.ts'
import { FILES } from './precedents/files.ts'
import { FORGE } from './precedents/forge.ts'
import { GUARDS } from './precedents/guards.ts'
import { OUTWARD } from './precedents/outward.ts'
import { SYSTEMS } from './precedents/systems.ts'

/** Incidents that were reported in public. Of two that fit an effect equally well, the earlier here is named. */
export const PRECEDENTS: readonly KnownPrecedent[] = [...SYSTEMS, ...DATA, ...FORGE, ...GUARDS, ...FILES, ...OUTWARD]
