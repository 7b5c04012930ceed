import { render } from 'preact'
import { Solo } from './app.tsx'

const root = document.getElementById('app')
if (root !== null) render(<Solo />, root)
