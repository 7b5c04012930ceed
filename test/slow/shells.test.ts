import { differential } from '../shells/suite.ts'

differential({ generated: 15_000, corpus: 5_000, seed: 90 })
