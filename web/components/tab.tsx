interface TabProps {
  readonly to: string
  readonly name: string
  readonly on: boolean
}

/** One of the pages, in the bar. */
export function Tab({ to, name, on }: TabProps) {
  return (
    <a href={to} aria-current={on ? 'page' : undefined}>
      {name}
    </a>
  )
}
