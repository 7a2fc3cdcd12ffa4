/**
 * Carries the message with which Envoy would refuse a configuration from deep inside a compile function to its door,
 * where it becomes a value. Never leaves this folder.
 */
export class ConfigRefusal extends Error {
  override readonly name = 'ConfigRefusal';
}

export function refuse(message: string): never {
  throw new ConfigRefusal(message);
}
