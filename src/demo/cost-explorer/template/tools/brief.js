/** A test reporter of one line a test. */
// biome-ignore lint/style/noDefaultExport: node takes a reporter by its default export
export default async function* brief(events) {
  for await (const { type, data } of events) {
    if (type === 'test:pass' && data.nesting === 0) yield `passed  ${data.name}\n`
    if (type === 'test:fail') yield `FAILED  ${data.name}: ${data.details.error.cause.message.split('\n').at(-2)}\n`
  }
}
