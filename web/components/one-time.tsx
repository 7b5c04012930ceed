import { useState } from 'preact/hooks'
import { count } from '../words.ts'

interface OneTimeProps {
  readonly label: string
  readonly text: string
  readonly expires: number
  /** It works only when two have signed what it is for. */
  readonly waits?: boolean
}

/** Something that works once, and that the desk never shows again. */
export function OneTimeText({ label, text, expires, waits = false }: OneTimeProps) {
  const [copied, setCopied] = useState(false)
  const minutes = Math.max(1, Math.round((expires - Date.now()) / 60_000))
  const copy = (): void =>
    void navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  return (
    <section class="one-time" aria-label={label}>
      <p>
        {label}. It is shown this once, and works once, within{' '}
        {minutes < 90 ? count(minutes, 'minute') : count(Math.round(minutes / 60), 'hour')}.
        {waits &&
          ' Before that two have to sign what it is for, under “Waits for two to sign”: you can be one of them.'}
      </p>
      <p class="mono">{text}</p>
      <button type="button" onClick={copy}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </section>
  )
}
