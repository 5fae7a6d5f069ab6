struct   Crooked{ int a ; } ;
