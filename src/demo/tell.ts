import { entry, type Look, type Paint, tint } from '../agent/show.ts'

/** Where the demonstration is shown, and how fast. */
export interface Stage {
  readonly look: Look
  write(line: string): void
  /** Lets a person read, who may stay at the end. Absent in scripts, which wait for nothing. */
  readonly pause?: (ms: number) => Promise<void>
}

export function heading(stage: Stage, text: string): void {
  stage.write('')
  stage.write(`  ${tint(`── ${text} `.padEnd(Math.min(stage.look.width, 100) - 4, '─'), 'bold', stage.look)}`)
}

export function tell(stage: Stage, label: string, text: string, paint: Paint = 'reset'): void {
  for (const line of entry(label, text, stage.look, paint)) stage.write(line)
}
