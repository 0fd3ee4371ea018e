/** AWS clients take a while to load: only who redrives or verifies waits for them. */
export const loadRecovery = async (): Promise<typeof import('./recovery.js')> => import('./recovery.js');
