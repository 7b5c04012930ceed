import { type Piece, piecesOf } from '../marks.ts'

interface TextProps {
  readonly of: string
  /** For bytes that would run: whatever is not ASCII is marked too. */
  readonly strict?: boolean
}

/** Text that others wrote: inert, kept in its place, and with what hides in it shown. */
export function Text({ of, strict = false }: TextProps) {
  return (
    <bdi>
      {piecesOf(of, strict).map((piece, i) => (
        <Shown key={i} piece={piece} />
      ))}
    </bdi>
  )
}

function Shown({ piece }: { readonly piece: Piece }) {
  switch (piece.kind) {
    case 'text':
      return <>{piece.text}</>
    case 'hidden':
      return (
        <span class="mark" title={piece.title}>
          {piece.label}
        </span>
      )
    case 'like':
      return (
        <span class="mark" title={piece.title}>
          {piece.text} {piece.label}
        </span>
      )
    case 'foreign':
      return (
        <span class="foreign" title={piece.title}>
          {piece.text}
        </span>
      )
  }
}
