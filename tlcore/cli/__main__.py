from tlcore.cli import main

main()
