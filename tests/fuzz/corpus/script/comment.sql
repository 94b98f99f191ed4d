/* ; */ SELECT 1 -- ;
;