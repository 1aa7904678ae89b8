export interface ObtainProgress {
  part: string;
  phase: 'fetching' | 'building' | 'obtained';
  share?: number;
  text: string;
  ms: number;
}
type OnObtainProgress = (progress: ObtainProgress) => void;
interface Jars {
  jars: string;
  from: 'KAFKA_HOME' | 'cache';
}
interface Executable {
  program: string;
  from: 'PATH' | 'cache';
}
export const KAFKA_VERSION: string;
export const TEMPORAL_CLI_VERSION: string;
export const TEST_SERVER_VERSION: string;
export function locateKafka(env?: NodeJS.ProcessEnv): Jars | null;
export function obtainKafka(onProgress?: OnObtainProgress, env?: NodeJS.ProcessEnv): Promise<Jars>;
export function locateTemporal(env?: NodeJS.ProcessEnv): Executable | null;
export function obtainTemporal(onProgress?: OnObtainProgress, env?: NodeJS.ProcessEnv): Promise<Executable>;
export function locateTestServer(env?: NodeJS.ProcessEnv): Executable | null;
export function obtainTestServer(onProgress?: OnObtainProgress, env?: NodeJS.ProcessEnv): Promise<Executable>;
