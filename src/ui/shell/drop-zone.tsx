import { useEffect, useState } from 'react';
import { useApp } from '../app-context';
import { Icon } from '../parts/icon';
import { toast } from '../stores/notices-store';

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

function reportFailure(error: unknown): void {
  toast({
    tone: 'bad',
    title: 'These files could not be taken',
    detail: `${error instanceof Error ? error.message : String(error)} Nothing was changed.`,
  });
}

/** Files may be dropped anywhere on the page. */
export function DropZone() {
  const { client, slots } = useApp();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const enter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer !== null) slots.importDropped?.(client, event.dataTransfer).catch(reportFailure);
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragover', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragover', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [client, slots]);
  if (!over || slots.importDropped === undefined) return null;
  return (
    <div className="drop-overlay">
      <div>
        <Icon name="upload" />
        <b>Drop YAML files</b>
        <span>Each becomes a tab and is applied. An apply can be undone.</span>
      </div>
    </div>
  );
}
