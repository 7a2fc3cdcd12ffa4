export { runRandom } from './differ';
export { RANDOM } from './kept';
