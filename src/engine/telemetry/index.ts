export { Edges, type EdgesState } from './edges';
export { Flights } from './flights';
