export { main } from '../cli/client/main.ts'
