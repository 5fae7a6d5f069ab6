int right = 1;
