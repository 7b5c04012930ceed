/** What each month cost, in dollars and cents. */
export function monthlyTotals(lines) {
  const totals = {}
  for (const { date, usd } of lines) {
    const month = date.slice(0, 7)
    totals[month] = cents((totals[month] ?? 0) + cents(usd))
  }
  return totals
}

const cents = (usd) => Math.round(usd * 100) / 100
