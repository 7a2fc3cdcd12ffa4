import type { ClusterSpecifierPlugin } from '../routes';
import type { MessageReader } from './reader';

export function readClusterSpecifierPlugin(reader: MessageReader): ClusterSpecifierPlugin {
  const extension = reader.message('extension', 'envoy.config.core.v3.TypedExtensionConfig');
  const plugin: ClusterSpecifierPlugin = {
    name: extension?.text('name') ?? '',
    isOptional: reader.flag('isOptional'),
    config: extension?.object('typedConfig') ?? {},
  };
  reader.log.notSimulated(reader.path);
  reader.finish();
  return plugin;
}
