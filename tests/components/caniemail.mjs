// The titles of all that caniemail finds in a file of HTML, one a line. Its package is in the folder named first.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [folder, file] = process.argv.slice(2)
const { caniemail } = await import(pathToFileURL(`${folder}/dist/index.js`))
const clients = ['gmail.*', 'outlook.*', 'apple-mail.*', 'yahoo.*', 'thunderbird.*']
const { issues } = caniemail({ clients, html: readFileSync(file, 'utf8') })
const found = [...issues.errors.values(), ...issues.warnings.values()].flat()
console.log([...new Set(found.map(({ title }) => title))].sort().join('\n'))
