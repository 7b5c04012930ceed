import { Text } from './text.tsx'

/** A ruling's reason: what the call would do stands out, why that is held comes after it. */
export function Because({ of }: { readonly of: string }) {
  const [, does = '', why = ''] = /^(.*?)(: .*)?$/s.exec(of) ?? []
  return (
    <span class="row-because">
      <strong>
        <Text of={does} />
      </strong>
      <Text of={why} />
    </span>
  )
}
