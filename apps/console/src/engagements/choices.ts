export const INCOTERMS = ['EXW', 'FCA', 'FAS', 'FOB', 'CFR', 'CIF', 'CPT', 'CIP', 'DAP', 'DPU', 'DDP'] as const;
export const TRANSPORT_MODES = ['ocean', 'air', 'road', 'rail', 'post', 'inland-waterway'] as const;
